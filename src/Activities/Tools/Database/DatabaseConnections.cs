using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activities.Tools.Database;

/// <summary>The databases of a host, by name. Immutable and thread-safe.</summary>
public sealed class DatabaseConnections
{
    private readonly Dictionary<string, DatabaseConnection> _connections = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Two have one name.</exception>
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

    /// <summary>The connection of that exact name; null when there is none.</summary>
    public DatabaseConnection? Find(string name) => _connections.GetValueOrDefault(name);
}
