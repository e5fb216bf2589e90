namespace FineTunePipeline.Chaos;

/// <summary>Tasks that run beside each other.</summary>
internal static class Together
{
    /// <summary>Ends with the work, or at once with the first of the others that fails: a harness that has stopped half-way must not look like a quiet run.</summary>
    public static async Task FailFastAsync(Task work, IReadOnlyList<Task> beside)
    {
        var left = beside.ToList();
        while (!work.IsCompleted && left.Count > 0)
        {
            var ended = await Task.WhenAny([work, .. left]);
            await ended;
            left.Remove(ended);
        }

        await work;
    }

    /// <summary>Waits for a task that was told to end.</summary>
    public static async Task EndAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
