using FineTunePipeline.Messaging.Health;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Messaging.Data;

/// <summary>Adds a service's database.</summary>
public static class DatabaseRegistration
{
    /// <summary>
    /// One SQLite file <paramref name="name"/>.db in <see cref="DatabaseOptions.Folder"/>, or one schema <paramref name="name"/> of PostgreSQL, reached through <see cref="IDbContextFactory{TContext}"/> (or, in a
    /// consume, as the consume's own <typeparamref name="TDb"/>), and the dispatcher of its outbox.
    /// </summary>
    public static IServiceCollection AddServiceDatabase<TDb>(this IServiceCollection services, string name)
        where TDb : ServiceDbContext
    {
        services.AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddPooledDbContextFactory<TDb>((provider, builder) =>
        {
            provider.GetRequiredService<SqlDialect>().Use(builder, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value, name);
            builder.AddInterceptors(new ConsumeGuard());
            builder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.SaveChangesFailed, RelationalEventId.CommandError));
        });
        services.TryAddSingleton<SqlDialect>(provider =>
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider == DatabaseOptions.Postgres ? new PostgresDialect() : new SqliteDialect());
        services.TryAddSingleton<WriteQueue<TDb>>();
        services.TryAddSingleton(provider => new ClaimedWrites<TDb>(
            provider.GetRequiredService<IDbContextFactory<TDb>>(), provider.GetRequiredService<WriteQueue<TDb>>(), provider.GetRequiredService<SqlDialect>()));
        services.AddHostedService<DatabaseInitializer<TDb>>();
        services.AddOutbox<TDb>();
        services.AddSingleton<DatabaseReady<TDb>>();
        services.AddHealthChecks().AddReady<DatabaseReady<TDb>>($"database {name}");
        return services;
    }
}
