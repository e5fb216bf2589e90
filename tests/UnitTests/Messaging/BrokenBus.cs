using MassTransit;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>Stands before each publish: lets it wait or fail.</summary>
internal sealed class BrokenBus : IPublishObserver
{
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Completes at the first publish.</summary>
    public Task TriedAsync() => _tried.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class
    {
        _tried.TrySetResult();
        return Before();
    }

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
