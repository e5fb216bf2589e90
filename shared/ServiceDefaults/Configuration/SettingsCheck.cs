using System.Reflection;
using FineTunePipeline.Hints;
using FineTunePipeline.ServiceDefaults.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.ServiceDefaults.Configuration;

/// <summary>
/// Looks at the settings of every options class of the process (those that have a <c>Section</c>): values that are of another kind, which the binder would
/// answer with an exception at the first one, values that are out of range, and names that nobody knows.
/// </summary>
internal sealed class SettingsCheck(IServiceCollection services, IConfiguration configuration)
{
    private readonly List<(string Section, Type Options)> _classes =
    [
        .. services.Select(service => service.ServiceType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
            .Select(type => type.GetGenericArguments()[0]).Distinct()
            .Select(type => (Section: SectionOf(type), type)).Where(pair => pair.Section is not null).Select(pair => (pair.Section!, pair.type)),
    ];

    /// <summary>Adds a line for each value that cannot be read.</summary>
    public void CheckValues(StartFaults faults)
    {
        foreach (var (section, options) in _classes)
        {
            var set = configuration.GetSection(section);
            if (set.Value is { Length: > 0 } value)
            {
                faults.Add($"{section} is '{value}': it is a group of settings, such as {section}:{options.GetProperties()[0].Name}.");
            }

            foreach (var child in set.GetChildren())
            {
                if (PropertyOf(options, child.Key) is { } property && !CanBeRead(child, section, options))
                {
                    faults.Add($"Set {section}:{property.Name} ({EnvironmentName.Of($"{section}:{property.Name}")}) to {KindOf(property.PropertyType)}: '{child.Value}' is none.");
                }
            }
        }

        foreach (var (key, value) in configuration.GetSection("Logging").AsEnumerable())
        {
            if (value is not null && key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase) && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                faults.Add($"Set {key} ({EnvironmentName.Of(key)}) to {KindOf(typeof(LogLevel))}: '{value}' is none.");
            }
        }
    }

    /// <summary>Adds what the options' own rules say. After <see cref="CheckValues"/>: options that cannot be read are not asked.</summary>
    public void CheckRules(IServiceProvider provider, StartFaults faults)
    {
        var readable = !faults.Any;
        foreach (var (_, options) in _classes)
        {
            try
            {
                faults.Ask(() => ((IOptions<object>)provider.GetRequiredService(typeof(IOptions<>).MakeGenericType(options))).Value);
            }
            catch (InvalidOperationException) when (!readable)
            {
                // Options that look at others meet the same unreadable value, which has its line.
                continue;
            }
        }
    }

    /// <summary>Settings in known sections that nobody reads, each with the name that was probably meant.</summary>
    public IEnumerable<(string Key, string? Nearest)> Unknown() =>
        from known in _classes.GroupBy(pair => pair.Section, pair => pair.Options, StringComparer.OrdinalIgnoreCase)
        let names = known.SelectMany(options => options.GetProperties()).Select(property => property.Name)
            .Concat(_classes.Where(other => other.Section.StartsWith(known.Key + ":", StringComparison.OrdinalIgnoreCase)).Select(other => other.Section[(known.Key.Length + 1)..].Split(':')[0]))
            .ToHashSet(StringComparer.OrdinalIgnoreCase)
        from child in configuration.GetSection(known.Key).GetChildren()
        where !names.Contains(child.Key)
        select (child.Path, NearestName.Find(child.Key, names));

    private static string? SectionOf(Type options) =>
        options.GetField("Section", BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } field ? field.GetRawConstantValue() as string : null;

    private static PropertyInfo? PropertyOf(Type options, string name) =>
        options.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);

    /// <summary>By the binder itself, one setting at a time.</summary>
    private static bool CanBeRead(IConfigurationSection setting, string section, Type options)
    {
        var alone = new ConfigurationBuilder().AddInMemoryCollection(setting.AsEnumerable()).Build();
        try
        {
            alone.GetSection(section).Bind(Activator.CreateInstance(options)!);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string KindOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var kind when kind == typeof(bool) => "true or false",
        var kind when kind == typeof(TimeSpan) => "a time ([d.]hh:mm:ss)",
        var kind when kind == typeof(int) || kind == typeof(long) => "a whole number",
        var kind when kind == typeof(decimal) || kind == typeof(double) => "a number",
        { IsEnum: true } kind => "one of " + string.Join(", ", Enum.GetNames(kind)),
        _ => "a value of the right kind",
    };
}
