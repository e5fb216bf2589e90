using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare.Trainers;

/// <summary>What the environment test asks of a trainer. Its files are those of <c>Training/Trainers/</c>; here is only whether a host has it, and can use it.</summary>
internal interface IHostTrainer
{
    /// <summary>What <c>provider.trainer</c> in a job says, in lower case.</summary>
    string Name { get; }

    /// <summary>It computes on a graphics card where there is one.</summary>
    bool UsesCard { get; }

    /// <summary>A rented host that lacks it gets it.</summary>
    bool Installs => false;

    /// <summary>Sees to it that it is there, by installing it where it is not. Asked only where <see cref="Installs"/>; entered again, it goes on.</summary>
    Task<Finding> InstallAsync(HostUnderTest test, CancellationToken cancellationToken) => throw new NotSupportedException($"{Name} comes with our engines.");

    /// <summary>Is it there, and does it start? Notes where it is and its version in the test.</summary>
    /// <exception cref="EngineSilentException">It was ended before it told its version.</exception>
    Task<Finding> FindAsync(HostUnderTest test, CancellationToken cancellationToken);

    /// <summary>Its own look at the machine: what it computes on, and whether that computes correctly.</summary>
    /// <exception cref="EngineSilentException">It was ended before it told it.</exception>
    Task<Finding> ComputeAsync(HostUnderTest test, CancellationToken cancellationToken);
}
