using MassTransit;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>Everything that a bus sent, published and consumed, and a way to wait for it: a wait ends when the message comes, and fails after 20 seconds.</summary>
internal sealed class BusRecorder : IConsumeObserver, ISendObserver, IPublishObserver
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<object> _out = [];
    private readonly List<object> _consumed = [];
    private readonly List<Exception> _faults = [];
    private TaskCompletionSource _changed = New();

    public IReadOnlyList<object> Out => Snapshot(_out);

    public IReadOnlyList<Exception> Faults => Snapshot(_faults);

    public Task<T> OutAsync<T>(Func<T, bool> filter)
        where T : class =>
        WaitAsync(_out, filter);

    public Task<T> ConsumedAsync<T>(Func<T, bool> filter)
        where T : class =>
        WaitAsync(_consumed, filter);

    /// <summary>Waits for so many of a kind.</summary>
    public Task OutAsync<T>(int count)
        where T : class =>
        WaitAsync(() => _out.OfType<T>().Count() >= count);

    public Task ConsumedAsync<T>(int count)
        where T : class =>
        WaitAsync(() => _consumed.OfType<T>().Count() >= count);

    public Task FaultedAsync() => WaitAsync(() => _faults.Count > 0);

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class => Add(_consumed, context.Message);

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class
    {
        Add(_faults, exception);
        return Add(_consumed, context.Message);
    }

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Add(_out, context.Message);

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Add(_faults, exception);

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Add(_out, context.Message);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Add(_faults, exception);

    private async Task<T> WaitAsync<T>(List<object> list, Func<T, bool> filter)
        where T : class
    {
        T? found = null;
        await WaitAsync(() => (found = list.OfType<T>().FirstOrDefault(filter)) is not null);
        return found!;
    }

    private async Task WaitAsync(Func<bool> question)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (question())
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(Limit);
        }
    }

    private Task Add<T>(List<T> list, T item)
    {
        lock (_gate)
        {
            list.Add(item);
            _changed.TrySetResult();
            _changed = New();
        }

        return Task.CompletedTask;
    }

    private IReadOnlyList<T> Snapshot<T>(List<T> list)
    {
        lock (_gate)
        {
            return [.. list];
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
