namespace FineTunePipeline.ModelFormats.Gguf;

/// <summary>Produces the stored bytes of some rows of a tensor. Called from several threads at the same time, once for each piece.</summary>
/// <param name="firstRow">Row number, from 0.</param>
/// <param name="rowCount">At least 1.</param>
/// <param name="destination">Exactly the bytes of those rows in the tensor's type.</param>
public delegate void GgufRows(long firstRow, int rowCount, Span<byte> destination);
