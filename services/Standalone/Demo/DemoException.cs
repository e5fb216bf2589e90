using FineTunePipeline.ServiceDefaults.Serving;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>The demo cannot run; the message says what to do.</summary>
internal sealed class DemoException(string message) : StartException(message);
