using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Activities.Tests.Tools.Database;

/// <summary>A database that answers every query with one table and records the queries.</summary>
internal sealed class DatabaseDouble : DbProviderFactory
{
    public DataTable Table { get; } = new();

    /// <summary>Makes the reader of a query; null to read the table.</summary>
    public DbDataReader? Reader { get; set; }

    /// <summary>What executing throws; null for nothing.</summary>
    public Func<CancellationToken, Exception?> Fault { get; set; } = _ => null;

    /// <summary>What happened, in order.</summary>
    public List<string> Log { get; } = [];

    public CommandDouble? Command { get; set; }

    public override DbConnection CreateConnection() => new ConnectionDouble(this);

    internal sealed class ConnectionDouble(DatabaseDouble database) : DbConnection
    {
        private ConnectionState _state = ConnectionState.Closed;

        [AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "double";

        public override string DataSource => "double";

        public override string ServerVersion => "1";

        public override ConnectionState State => _state;

        public override void Open()
        {
            database.Log.Add($"open {ConnectionString}");
            _state = ConnectionState.Open;
        }

        public override void Close()
        {
            if (_state == ConnectionState.Open)
            {
                database.Log.Add("close");
                _state = ConnectionState.Closed;
            }
        }

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new TransactionDouble(this, database);

        protected override DbCommand CreateDbCommand() => database.Command = new CommandDouble(this, database);

        protected override void Dispose(bool disposing)
        {
            Close();
            base.Dispose(disposing);
        }
    }

    internal sealed class TransactionDouble(DbConnection connection, DatabaseDouble database) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => database.Log.Add("commit");

        public override void Rollback() => database.Log.Add("rollback");
    }

    internal sealed class CommandDouble(DbConnection connection, DatabaseDouble database) : DbCommand
    {
        private readonly List<ParameterDouble> _parameters = [];

        public IEnumerable<(string Name, object? Value)> Given => _parameters.Select(parameter => (parameter.ParameterName, parameter.Value));

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; }

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = connection;

        protected override DbParameterCollection DbParameterCollection => new ParametersDouble(_parameters);

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override int ExecuteNonQuery() => throw new NotSupportedException();

        public override object ExecuteScalar() => throw new NotSupportedException();

        public override void Prepare()
        {
        }

        protected override DbParameter CreateDbParameter() => new ParameterDouble();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => throw new NotSupportedException();

        protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
        {
            database.Log.Add($"{(DbTransaction is null ? "no transaction: " : "")}{CommandText}");
            return database.Fault(cancellationToken) is { } fault
                ? throw fault
                : Task.FromResult(database.Reader ?? database.Table.CreateDataReader());
        }
    }

    internal sealed class ParameterDouble : DbParameter
    {
        public override DbType DbType { get; set; }

        public override ParameterDirection Direction { get; set; }

        public override bool IsNullable { get; set; }

        [AllowNull]
        public override string ParameterName { get; set; } = "";

        public override int Size { get; set; }

        [AllowNull]
        public override string SourceColumn { get; set; } = "";

        public override bool SourceColumnNullMapping { get; set; }

        public override object? Value { get; set; }

        public override void ResetDbType()
        {
        }
    }

    internal sealed class FailureDouble(string message, bool transient) : DbException(message)
    {
        public override bool IsTransient => transient;
    }
}
