using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Engines;

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
