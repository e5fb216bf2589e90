namespace FineTunePipeline.ModelFormats.Gguf.Vocabulary;

/// <summary>Walks over the fields of a protocol buffer message without a schema.</summary>
internal sealed class ProtocolReader(string path, byte[] message)
{
    private int _position;

    /// <summary>The next field; false at the end of the message.</summary>
    public bool Next(out ProtocolField field)
    {
        field = default;
        if (_position == message.Length)
        {
            return false;
        }

        var tag = Varint();
        var number = tag >> 3 is > 0 and <= int.MaxValue ? (int)(tag >> 3) : throw Damaged();
        var wireType = (int)(tag & 7);
        field = wireType switch
        {
            ProtocolField.VarintType => new ProtocolField(number, wireType, Varint(), 0, 0),
            ProtocolField.Fixed64Type => Take(number, wireType, 8),
            ProtocolField.BytesType => Take(number, wireType, Varint()),
            ProtocolField.Fixed32Type => Take(number, wireType, 4),
            _ => throw Damaged(),
        };
        return true;
    }

    public byte[] Bytes(ProtocolField field) => message.AsSpan(field.Start, field.Length).ToArray();

    private ProtocolField Take(int number, int wireType, ulong length)
    {
        if (length > (ulong)(message.Length - _position))
        {
            throw Damaged();
        }

        var field = new ProtocolField(number, wireType, 0, _position, (int)length);
        _position += (int)length;
        return field;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == message.Length)
            {
                throw Damaged();
            }

            var part = message[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private InvalidModelFileException Damaged() =>
        new(path, $"it is not a SentencePiece model, or it is damaged (byte {_position} of a message); download it again");
}
