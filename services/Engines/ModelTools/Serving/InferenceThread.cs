using System.Collections.Concurrent;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>The thread on which all answers are generated. Requests come in from many threads; one that fails ends alone, the thread goes on.</summary>
internal sealed class InferenceThread : IDisposable
{
    private readonly BatchLoop _loop;
    private readonly EngineOutput _output;
    private readonly int _most;
    private readonly ConcurrentQueue<(GenerationRequest Request, IGenerationListener Listener)> _arrived = new();
    private readonly SemaphoreSlim _arrival = new(0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Thread _thread;
    private int _open;

    /// <param name="queue">Requests that may wait beside those that run.</param>
    public InferenceThread(LlamaModel model, BatchLoopOptions options, int queue, EngineOutput output)
    {
        _loop = new BatchLoop(model, options);
        _output = output;
        _most = options.Sequences + queue;
        _thread = new Thread(Run) { IsBackground = true, Name = "inference" };
        _thread.Start();
    }

    /// <summary>Requests that run or wait.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>false if too many wait already.</summary>
    public bool TrySubmit(GenerationRequest request, IGenerationListener listener)
    {
        if (Interlocked.Increment(ref _open) > _most)
        {
            Interlocked.Decrement(ref _open);
            return false;
        }

        _arrived.Enqueue((request, new Counted(listener, () => Interlocked.Decrement(ref _open))));
        _arrival.Release();
        return true;
    }

    public void Dispose()
    {
        _ending.Cancel();
        _thread.Join();
        _loop.Dispose();
        _arrival.Dispose();
        _ending.Dispose();
    }

    private void Run()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                if (!_loop.HasWork)
                {
                    _arrival.Wait(_ending.Token);
                }

                while (_arrived.TryDequeue(out var arrived))
                {
                    _loop.Add(arrived.Request, arrived.Listener);
                }

                _loop.Step();
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                // Nothing that one pass does may end the server.
                _output.Note($"All running answers were ended: {exception}");
                _loop.FailAll(exception);
            }
        }

        _loop.FailAll(new OperationCanceledException("The server ends."));
    }

    private sealed class Counted(IGenerationListener inner, Action ended) : IGenerationListener
    {
        public void OnText(string text) => inner.OnText(text);

        public void OnFinished(FinishReason reason, int tokens)
        {
            ended();
            inner.OnFinished(reason, tokens);
        }

        public void OnFailed(Exception failure)
        {
            ended();
            inner.OnFailed(failure);
        }
    }
}
