using System.ComponentModel.DataAnnotations;
using System.Data.Common;

namespace Orchestrator.Activities.Tools.Database;

/// <summary>The databases that a host has configured, by name. Immutable and thread-safe.</summary>
public sealed class DatabaseConnections
{
    private readonly Dictionary<string, DatabaseConnection> _connections = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Two connections have the same name.</exception>
    /// <exception cref="ValidationException">A setting is out of its range.</exception>
    public DatabaseConnections(IEnumerable<DatabaseConnection> connections)
    {
        foreach (var connection in connections)
        {
            Validator.ValidateObject(connection, new ValidationContext(connection), validateAllProperties: true);
            if (!_connections.TryAdd(connection.Name, connection))
            {
                throw new ArgumentException($"Two database connections are named '{connection.Name}'. Rename one of them.", nameof(connections));
            }
        }

        Names = [.. _connections.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>All names, in alphabetical order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The connection with exactly that name; null when there is none.</summary>
    public DatabaseConnection? Find(string name) => _connections.GetValueOrDefault(name);
}

/// <summary>A database that steps may query, under the name that definitions use. Register one instance for each database. Thread-safe.</summary>
/// <param name="name">Any text that is not blank; case-sensitive.</param>
/// <param name="source">Opens connections. The caller owns it and disposes it.</param>
public sealed class DatabaseConnection(string name, DbDataSource source)
{
    /// <summary>Makes the data source from a provider's factory.</summary>
    public DatabaseConnection(string name, DbProviderFactory provider, string connectionString)
        : this(name, provider.CreateDataSource(connectionString))
    {
    }

    /// <summary>The name that definitions use.</summary>
    [Required]
    public string Name { get; } = name;

    /// <summary>
    /// Whether changes are committed. If not, every query runs in a transaction that is rolled back; a database user with read access only is safer
    /// still.
    /// </summary>
    /// <value>Default false.</value>
    public bool AllowWrites { get; init; }

    /// <summary>The provider's time limit for a command, in seconds.</summary>
    /// <value>1 to 300, default 30.</value>
    [Range(1, 300)]
    public int CommandTimeout { get; init; } = 30;

    internal DbDataSource Source { get; } = source;
}
