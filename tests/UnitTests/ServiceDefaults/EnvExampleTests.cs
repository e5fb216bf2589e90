using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Architecture;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.ServiceDefaults;

/// <summary>What <c>.env.example</c> says is what a Standalone without any setting has.</summary>
public sealed class EnvExampleTests : IDisposable
{
    private const string Prefix = "FINETUNE__";

    /// <summary>Settings that are read before there is a configuration, with their defaults.</summary>
    private static readonly Dictionary<string, string> Outside = new()
    {
        ["FINETUNE_HOME"] = "~/.finetune",
        ["FINETUNE_CONFIG"] = "~/.finetune/" + FineTuneConfiguration.FileName,
        ["FINETUNE_GATEWAY"] = "http://127.0.0.1:8080",
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Names_every_option_with_its_default_and_nothing_else()
    {
        var real = Settings().Concat(Outside).Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal);

        Assert.Equal(real, Lines().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Says_above_each_key_what_it_is()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, ".env.example"));

        Assert.All(
            Enumerable.Range(0, lines.Length).Where(index => lines[index].StartsWith("#FINETUNE", StringComparison.Ordinal)),
            index => Assert.StartsWith("# ", lines[index - 1], StringComparison.Ordinal));
    }

    private static IEnumerable<string> Lines() => File.ReadAllLines(Path.Combine(Repository.Root, ".env.example"))
        .Where(line => line.StartsWith("#FINETUNE", StringComparison.Ordinal))
        .Select(line => line[1..]);

    /// <summary>Every property of every options class that a module binds, as a process without settings of its own has it.</summary>
    private Dictionary<string, string> Settings()
    {
        var home = _folder.At("home");
        var configuration = new ConfigurationBuilder().AddFineTune(home, new Dictionary<string, string?>()).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFolderArtifactStore(configuration);
        services.AddLocalHost(configuration);
        services.AddMessaging(configuration, [.. Modules()]);

        using var provider = services.BuildServiceProvider();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var type in OptionsTypes(services))
        {
            var value = ((IOptions<object>)provider.GetRequiredService(typeof(IOptions<>).MakeGenericType(type))).Value;
            var section = type.GetField("Section")!.GetRawConstantValue();
            foreach (var property in type.GetProperties().Where(property => property.CanWrite))
            {
                Add(settings, $"{Prefix}{section}__{property.Name}", property.GetValue(value), home);
            }
        }

        return settings;
    }

    private static IEnumerable<IServiceModule> Modules() => Directory.EnumerateFiles(AppContext.BaseDirectory, "FineTunePipeline.*.dll")
        .Select(file => Assembly.Load(Path.GetFileNameWithoutExtension(file)))
        .Where(assembly => assembly != typeof(EnvExampleTests).Assembly)
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IServiceModule)))
        .Select(type => (IServiceModule)Activator.CreateInstance(type)!);

    private static IEnumerable<Type> OptionsTypes(IServiceCollection services) => services
        .Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
        .Select(service => service.ServiceType.GetGenericArguments()[0])
        .Where(type => type.Namespace!.StartsWith("FineTunePipeline", StringComparison.Ordinal))
        .Distinct();

    private static void Add(Dictionary<string, string> settings, string key, object? value, string home)
    {
        if (value is IEnumerable<KeyValuePair<string, string>> pairs)
        {
            Assert.Empty(pairs);
            settings[key + "__NAME"] = "";
            return;
        }

        if (value is IEnumerable list and not string)
        {
            foreach (var (index, item) in list.Cast<object>().Index())
            {
                Add(settings, string.Create(CultureInfo.InvariantCulture, $"{key}__{index}"), item, home);
            }

            return;
        }

        var text = value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            _ => TypeDescriptor.GetConverter(value).ConvertToInvariantString(value)!,
        };
        settings[key] = text.Replace(home, "~/.finetune", StringComparison.Ordinal);
    }
}
