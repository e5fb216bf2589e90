using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>A stage whose runs lie in <typeparamref name="TDb"/>; it is told with zeros, too.</summary>
internal sealed record MeasuredStage<TDb>(Stage Stage)
    where TDb : ServiceDbContext;
