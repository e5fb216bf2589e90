using FineTunePipeline.Messaging.Health;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Adds a service's database.</summary>
public static class DatabaseRegistration
{
    /// <summary>
    /// One SQLite file <paramref name="name"/>.db in <see cref="DatabaseOptions.Folder"/>, reached through <see cref="IDbContextFactory{TContext}"/> (or, in a
    /// consume, as the consume's own <typeparamref name="TDb"/>), and the dispatcher of its outbox.
    /// </summary>
    public static IServiceCollection AddServiceDatabase<TDb>(this IServiceCollection services, string name)
        where TDb : ServiceDbContext
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddDbContextFactory<TDb>((provider, builder) =>
        {
            var folder = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Folder;
            builder.UseSqlite($"Data Source={Path.Combine(folder, name + ".db")}");
            builder.AddInterceptors(new SqlitePragmas(), new ConsumeGuard());
            builder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.SaveChangesFailed, RelationalEventId.CommandError));
        });
        services.AddHostedService<DatabaseInitializer<TDb>>();
        services.AddOutbox<TDb>();
        services.AddSingleton<DatabaseReady<TDb>>();
        services.AddHealthChecks().AddReady<DatabaseReady<TDb>>($"database {name}");
        return services;
    }
}
