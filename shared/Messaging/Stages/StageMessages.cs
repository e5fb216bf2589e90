using System.Text.Json;
using FineTunePipeline.Contracts.Stages;

namespace FineTunePipeline.Messaging.Stages;

/// <summary>Commands and events as they stand in a stage run's row.</summary>
internal static class StageMessages
{
    public static string Write(object message) => JsonSerializer.Serialize(message, message.GetType(), JsonSerializerOptions.Default);

    public static TCommand ReadCommand<TCommand>(string json) =>
        JsonSerializer.Deserialize<TCommand>(json) ?? throw new InvalidDataException($"The stored {typeof(TCommand).Name} is null.");

    public static IStageEvent ReadEvent(string type, string json)
    {
        var eventType = typeof(IStageEvent).Assembly.GetType(type) ?? throw new InvalidDataException($"The stored outcome is of the unknown type {type}.");
        return (IStageEvent)(JsonSerializer.Deserialize(json, eventType) ?? throw new InvalidDataException($"The stored {type} is null."));
    }
}
