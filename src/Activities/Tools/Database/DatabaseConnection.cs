using System.ComponentModel.DataAnnotations;
using System.Data.Common;

namespace Orchestrator.Activities.Tools.Database;

/// <summary>A database that steps may ask, under the name that definitions use. Register one instance for each.</summary>
/// <param name="name">Any text that is not blank; letter case counts.</param>
/// <param name="source">Opens connections; the caller that made it disposes it.</param>
public sealed class DatabaseConnection(string name, DbDataSource source)
{
    /// <summary>For providers that have no data source of their own.</summary>
    public DatabaseConnection(string name, DbProviderFactory provider, string connectionString)
        : this(name, provider.CreateDataSource(connectionString))
    {
    }

    [Required]
    public string Name { get; } = name;

    /// <summary>Whether changes stay. If not, every query runs in a transaction that is rolled back; a database user who may only read is safer still.</summary>
    /// <value>Default false.</value>
    public bool AllowWrites { get; init; }

    /// <summary>How long a command may take, in seconds, for the provider.</summary>
    /// <value>Default 30, at most 300.</value>
    [Range(1, 300)]
    public int CommandTimeout { get; init; } = 30;

    internal DbDataSource Source { get; } = source;
}
