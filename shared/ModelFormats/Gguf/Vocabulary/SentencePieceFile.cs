using System.Buffers.Binary;
using System.Text.Unicode;

namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>
/// Reads the pieces of a SentencePiece tokenizer.model: a protocol buffer whose field 1, repeated, is { 1: text, 2: score, 3: kind }.
/// Source: google/sentencepiece, sentencepiece_model.proto.
/// </summary>
internal static class SentencePieceFile
{
    private const long MaxBytes = 128 << 20;
    private const int PieceField = 1;

    public static List<SentencePiece> Read(string path)
    {
        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new InvalidModelFileException(path, $"it is larger than {MaxBytes >> 20} MB and cannot be a SentencePiece model; download it again");
        }

        var pieces = new List<SentencePiece>();
        var reader = new ProtocolReader(path, File.ReadAllBytes(path));
        while (reader.Next(out var field))
        {
            if (field is { Number: PieceField, IsBytes: true })
            {
                pieces.Add(ReadPiece(path, reader.Bytes(field), pieces.Count));
            }
        }

        return pieces.Count > 0 ? pieces : throw new InvalidModelFileException(path, "it has no pieces; it is not a SentencePiece model: download it again");
    }

    private static SentencePiece ReadPiece(string path, byte[] bytes, int number)
    {
        var piece = new SentencePiece([], 0, TokenKind.Normal);
        var reader = new ProtocolReader(path, bytes);
        while (reader.Next(out var field))
        {
            piece = field switch
            {
                { Number: 1, IsBytes: true } => piece with { Text = reader.Bytes(field) },
                { Number: 2, IsFixed32: true } => piece with { Score = BinaryPrimitives.ReadSingleLittleEndian(reader.Bytes(field)) },
                { Number: 3, IsVarint: true } => piece with { Kind = Kind(field.Value) },
                _ => piece,
            };
        }

        return Utf8.IsValid(piece.Text) ? piece : throw new InvalidModelFileException(path, $"piece {number} is not valid UTF-8; download it again");
    }

    // The reference converter stores user-defined pieces as normal ones.
    private static TokenKind Kind(ulong value) => value switch
    {
        2 => TokenKind.Unknown,
        3 => TokenKind.Control,
        5 => TokenKind.Unused,
        6 => TokenKind.Byte,
        _ => TokenKind.Normal,
    };
}
