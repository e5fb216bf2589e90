using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Storage;
using MassTransit;

namespace FineTunePipeline.Orchestrator.Provenance;

/// <summary>Gathers the stages' statements into the job's provenance document and stores it.</summary>
internal sealed class WriteProvenanceConsumer(IArtifactStore store, TimeProvider time) : IConsumer<WriteProvenance>
{
    public async Task Consume(ConsumeContext<WriteProvenance> context)
    {
        var document = await ProvenanceDocument.CreateAsync(context.Message, store, time.GetUtcNow(), context.CancellationToken);
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, ContractJson.Options));
        var reference = await store.PutAsync(content, context.CancellationToken);
        await context.Publish(
            new ProvenanceWritten { JobId = context.Message.JobId, Provenance = reference, Moments = context.Message.Moments.Count }, context.CancellationToken);
    }
}
