namespace FineTunePipeline.Deployment.Serving;

/// <summary>The model servers that deployments left running on this computer. They outlive the process that started them.</summary>
public interface IServedModels
{
    /// <summary>Ends a job's model server for good and removes its files; no error if there is none.</summary>
    Task StopAsync(string jobId, CancellationToken cancellationToken);
}
