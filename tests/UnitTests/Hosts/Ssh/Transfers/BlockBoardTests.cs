using System.Threading.Channels;
using FineTunePipeline.Hosts.Ssh.Transfers;
using Xunit;

namespace FineTunePipeline.UnitTests.Hosts.Ssh.Transfers;

public sealed class BlockBoardTests
{
    [Fact]
    public void Hands_out_each_missing_block_once_and_the_first_first()
    {
        var board = new BlockBoard(5, [4, 1, 2]);

        Assert.Equal([1, 2, 4], TakeAll(board));
        Assert.False(board.HasWaiting);
        Assert.False(board.IsComplete);
    }

    [Fact]
    public void Hands_out_again_what_was_given_back()
    {
        var board = new BlockBoard(3, [0, 1, 2]);
        TakeAll(board);

        board.GiveBack([2, 0]);

        Assert.Equal([0, 2], TakeAll(board));
    }

    [Fact]
    public void Is_complete_when_all_were_confirmed()
    {
        var board = new BlockBoard(3, [0, 2]);
        TakeAll(board);

        board.Confirm(2);
        Assert.False(board.IsComplete);
        board.Confirm(0);
        Assert.True(board.IsComplete);
    }

    [Fact]
    public void Tells_how_far_the_file_is_whole_from_its_beginning()
    {
        var board = new BlockBoard(5, [1, 2, 4]);
        TakeAll(board);

        board.Confirm(2);
        board.Confirm(1);
        board.Confirm(4);
        board.Close();

        Assert.Equal([1, 4, 5], All(board.Whole));
    }

    [Fact]
    public void A_file_without_blocks_is_complete()
    {
        var board = new BlockBoard(0, []);
        board.Close();

        Assert.True(board.IsComplete);
        Assert.Empty(All(board.Whole));
    }

    private static List<int> TakeAll(BlockBoard board)
    {
        var taken = new List<int>();
        while (board.TryTake(out var block))
        {
            taken.Add(block);
        }

        return taken;
    }

    private static List<int> All(ChannelReader<int> reader)
    {
        var all = new List<int>();
        while (reader.TryRead(out var number))
        {
            all.Add(number);
        }

        return all;
    }
}
