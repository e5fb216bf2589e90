using FineTunePipeline.Messaging.Bus;

namespace FineTunePipeline.Messaging;

/// <summary>Which services a process holds: <c>--services training,evaluation</c>.</summary>
public static class ServiceList
{
    /// <param name="all">The services that the program has.</param>
    /// <param name="whole">These are all there are.</param>
    /// <param name="list">Names with commas between them, in any case and order; null for all that the program has.</param>
    /// <param name="transport">One of <see cref="BusOptions"/>' two.</param>
    /// <returns>The named ones, in the order of <paramref name="all"/>.</returns>
    /// <exception cref="ServiceListException">A name is unknown, there is none, or the transport could not reach the others.</exception>
    public static IReadOnlyList<IServiceModule> Select(IReadOnlyList<IServiceModule> all, bool whole, string? list, string transport)
    {
        if (!whole && transport == BusOptions.InMemory)
        {
            throw new ServiceListException(
                $"On the in-memory transport one process must hold all services, and this one has only {string.Join(", ", all.Select(module => module.Name))}. "
                + "Start services/Standalone, or set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq.");
        }

        if (list is null)
        {
            return all;
        }

        var known = string.Join(", ", all.Select(module => module.Name));
        var names = list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0)
        {
            throw new ServiceListException($"--services names no service. There are: {known}.");
        }

        var unknown = names.Where(name => !all.Any(module => Is(module, name))).ToList();
        if (unknown.Count > 0)
        {
            throw new ServiceListException($"There is no service {string.Join(", ", unknown)}. There are: {known}.");
        }

        var chosen = all.Where(module => names.Any(name => Is(module, name))).ToList();
        if (chosen.Count < all.Count && transport == BusOptions.InMemory)
        {
            var missing = string.Join(", ", all.Except(chosen).Select(module => module.Name));
            throw new ServiceListException(
                $"On the in-memory transport one process must hold all services: {missing} could not be reached. "
                + "Leave out --services, or set Bus:Transport (FINETUNE__Bus__Transport) to rabbitmq.");
        }

        return chosen;
    }

    private static bool Is(IServiceModule module, string name) => module.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
