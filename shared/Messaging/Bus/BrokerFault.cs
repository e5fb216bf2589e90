namespace FineTunePipeline.Messaging.Bus;

/// <summary>Why the broker does not let us in, as a person was told last; empty while it does.</summary>
internal sealed class BrokerFault
{
    private volatile string _text = "";

    public string Text
    {
        get => _text;
        set => _text = value;
    }
}
