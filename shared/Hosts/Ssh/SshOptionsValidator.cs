using Microsoft.Extensions.Options;

namespace FineTunePipeline.Hosts.Ssh;

[OptionsValidator]
internal sealed partial class SshOptionsValidator : IValidateOptions<SshOptions>;
