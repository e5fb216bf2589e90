using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>How a saga lies in its table: plain columns, and JSON for what is no plain value.</summary>
public static class SagaModel
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Maps a saga; its <see cref="ISagaVersion.Version"/> finds out two events that change it at once.</summary>
    public static EntityTypeBuilder<TSaga> Saga<TSaga>(this ModelBuilder modelBuilder, string table)
        where TSaga : class, ISagaVersion
    {
        var saga = modelBuilder.Entity<TSaga>();
        saga.ToTable(table);
        saga.HasKey(row => row.CorrelationId);
        saga.Property(row => row.CorrelationId).ValueGeneratedNever();
        saga.Property(row => row.Version).IsConcurrencyToken();
        return saga;
    }

    /// <summary>Stores a value that is only ever replaced as a whole as JSON.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) => property.HasConversion(
        value => JsonMemo<T>.Write(value, Json),
        text => JsonMemo<T>.Read(text, Json),
        new ValueComparer<T>((left, right) => ReferenceEquals(left, right), value => value == null ? 0 : value.GetHashCode(), value => value));
}
