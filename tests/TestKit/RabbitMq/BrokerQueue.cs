namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>A queue as the broker lists it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type"><c>classic</c> or <c>quorum</c>.</param>
/// <param name="Durable">Whether it outlives a restart.</param>
/// <param name="Messages">Messages in it, delivered and not acknowledged ones included. The broker counts with a delay of seconds while clients work.</param>
/// <param name="Consumers">Consumers of it.</param>
public sealed record BrokerQueue(string Name, string Type, bool Durable, long Messages, int Consumers);
