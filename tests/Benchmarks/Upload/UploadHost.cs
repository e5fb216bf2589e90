using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.Benchmarks.Upload;

/// <summary>A server, the key that it takes, and the one that it shows.</summary>
internal sealed record UploadHost(SshEndpoint Endpoint, string KeyFile, string Fingerprint);
