using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(FineTunePipeline.IntegrationTests.LongestFirst))]

namespace FineTunePipeline.IntegrationTests;

/// <summary>Classes that take minutes begin first: one that is begun last is waited for alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "RentedHostTests", "LostHostTests", "HostModelTests", "KilledDemoTests", "LlamaFactoryJobTests", "RentedDemoTests", "KilledPauseTests", "ContainerHostTests", "HostStatusTests",
        "CancelOnHostTests", "HostDeadlineTests", "KilledStandaloneTests", "SuperviseHostTests", "KilledTooOftenTests", "DemoTests", "TwoProcessesTests",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Place(collection))];

    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
