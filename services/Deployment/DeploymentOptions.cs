using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Deployment;

/// <summary>Settings of the deployment. Section <c>Deployment</c>.</summary>
public sealed class DeploymentOptions
{
    public const string Section = "Deployment";

    /// <summary>Absolute folder of served models and of their servers' run folders. Default: <c>served</c> in <c>LocalHost:WorkFolder</c>.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Address on which model servers listen. Default: 127.0.0.1, so that nobody else reaches them.</summary>
    [Required]
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Longest time until a model server listens. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Deployment:StartLimit must be between one second and one hour.")]
    public TimeSpan StartLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time for the answer that proves a deployment. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Deployment:AnswerLimit must be between one second and one hour.")]
    public TimeSpan AnswerLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time between two looks at the model servers that should be up. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Deployment:LookEvery must be between 0.1 seconds and ten minutes.")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Jobs that one instance deploys at once. Default: 2.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 2;
}
