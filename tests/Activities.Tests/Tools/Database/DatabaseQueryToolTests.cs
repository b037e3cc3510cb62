using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Text.Json.Nodes;
using Moq;
using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.Database;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.Database;

public sealed class DatabaseQueryToolTests
{
    private const string Select = """{ "connection": "crm", "sql": "SELECT 1" }""";

    private readonly DatabaseDouble _database = new();

    [Fact]
    public async Task Query_gives_rows_with_their_columns()
    {
        _database.Table.Columns.Add("id", typeof(int));
        _database.Table.Columns.Add("name", typeof(string));
        _database.Table.Columns.Add("price", typeof(decimal));
        _database.Table.Columns.Add("at", typeof(DateTime));
        _database.Table.Columns.Add("raw", typeof(byte[]));
        _database.Table.Columns.Add("ratio", typeof(double));
        _database.Table.Columns.Add("yes", typeof(bool));
        _database.Table.Columns.Add("guid", typeof(Guid));
        _database.Table.Rows.Add(1, "Ada", 1.50m, new DateTime(2030, 1, 2, 3, 4, 5), new byte[] { 1, 2 }, 0.5, true, Guid.Empty);
        _database.Table.Rows.Add(2, DBNull.Value, DBNull.Value, DBNull.Value, DBNull.Value, double.NaN, false, DBNull.Value);

        var output = await Tool().CallAsync(Select);

        const string Expected = """
            {
              "rowCount": 2,
              "rows": [
                { "id": 1, "name": "Ada", "price": 1.50, "at": "2030-01-02T03:04:05.0000000", "raw": "AQI=", "ratio": 0.5, "yes": true,
                "guid": "00000000-0000-0000-0000-000000000000" },
                { "id": 2, "name": null, "price": null, "at": null, "raw": null, "ratio": "NaN", "yes": false, "guid": null }
              ],
              "truncated": false
            }
            """;
        Assert.Equal(JsonNode.Parse(Expected)!.ToJsonString(), output!.ToJsonString());
    }

    [Fact]
    public async Task Values_reach_the_database_as_parameters_only()
    {
        const string Evil = "'; DROP TABLE users; -- {{x}}";

        await Tool().CallAsync(new JsonObject
        {
            ["connection"] = "crm",
            ["sql"] = "SELECT * FROM users WHERE name = @name",
            ["parameters"] = new JsonObject
            {
                ["name"] = Evil,
                ["n"] = 7,
                ["d"] = JsonNode.Parse("1.10"),
                ["big"] = JsonNode.Parse("1e300"),
                ["b"] = true,
                ["none"] = null
            },
        });

        Assert.Equal("SELECT * FROM users WHERE name = @name", _database.Command!.CommandText);
        Assert.Equal([("@name", Evil), ("@n", 7L), ("@d", 1.10m), ("@big", 1e300), ("@b", true), ("@none", DBNull.Value)], _database.Command.Given);
    }

    [Theory]
    [InlineData(false, "rollback")]
    [InlineData(true, "commit")]
    public async Task Changes_stay_only_where_that_is_allowed(bool allowWrites, string end)
    {
        await Tool(allowWrites).CallAsync(Select);

        Assert.Equal(["open Data Source=x", "SELECT 1", end, "close"], _database.Log);
        Assert.Equal(30, _database.Command!.CommandTimeout);
    }

    [Theory]
    [InlineData(null, 1_000, true)]
    [InlineData(1, 1, true)]
    [InlineData(1_001, 1_001, false)]
    public async Task Rows_beyond_the_limit_are_left_out_and_the_output_is_marked_as_truncated(int? maxRows, int expected, bool truncated)
    {
        _database.Table.Columns.Add("n", typeof(int));
        for (var row = 0; row < 1_001; row++)
        {
            _database.Table.Rows.Add(row);
        }

        var output = await Tool().CallAsync(new JsonObject { ["connection"] = "crm", ["sql"] = "SELECT 1", ["maxRows"] = maxRows });

        Assert.Equal((expected, expected, truncated), (output!["rows"]!.AsArray().Count, (int)output["rowCount"]!, (bool)output["truncated"]!));
    }

    [Fact]
    public async Task Rows_that_are_too_large_are_refused()
    {
        _database.Table.Columns.Add("text", typeof(string));
        var large = new string('x', 4 * 1024 * 1024);
        _database.Table.Rows.Add(large);
        _database.Table.Rows.Add(large);
        _database.Table.Rows.Add(large);

        Assert.Equal(ErrorKind.PayloadTooLarge, (await Tool().FailAsync(Select)).Error.Kind);
        Assert.DoesNotContain("commit", _database.Log);
    }

    [Fact]
    public async Task Sql_with_a_placeholder_is_refused_and_nothing_is_asked()
    {
        const string Input = """{ "connection": "crm", "sql": "SELECT '{{inputs.id}}'", "parameters": { "a": "{{inputs.id}}" } }""";

        var failure = await Tool().FailAsync(Input);
        var finding = Assert.Single(ToolInputCheck.Check(Tool().InputSchema, JsonNode.Parse(Input), templated: true));

        Assert.Equal(ErrorKind.InvalidInput, failure.Error.Kind);
        Assert.Contains("Write @name in the SQL", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_database.Log);
        Assert.Equal(("/sql", "'sql' may have no placeholders ({{…}})."), (finding.Pointer, finding.Message));
        Assert.Equal(["sql"], ToolSchema.LiteralMembers(Tool().InputSchema));
    }

    [Theory]
    [InlineData("cmr", "There is no database connection 'cmr'. Did you mean 'crm'?")]
    [InlineData("orders", "There is no database connection 'orders'. There are crm.")]
    public async Task Unknown_connection_is_refused_with_the_known_ones(string name, string message) =>
        Assert.Equal(message, (await Tool().FailAsync($$"""{ "connection": "{{name}}", "sql": "SELECT 1" }""")).Message);

    [Fact]
    public async Task Host_without_connections_says_so() =>
        Assert.EndsWith(
            "The host has configured none.", (await new DatabaseQueryTool(new DatabaseConnections([])).FailAsync(Select)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a b")]
    [InlineData("@a")]
    [InlineData("")]
    public async Task Parameter_that_cannot_be_named_so_is_refused(string name) => Assert.Equal(
        ErrorKind.InvalidInput,
        (await Tool().FailAsync($$"""{ "connection": "crm", "sql": "SELECT 1", "parameters": { "{{name}}": 1 } }""")).Error.Kind);

    [Fact]
    public async Task Parameter_that_is_a_list_is_refused() => Assert.Contains(
        "'parameters.a' must be", (await Tool().FailAsync("""{ "connection": "crm", "sql": "SELECT 1", "parameters": { "a": [1] } }""")).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Two_columns_of_one_name_are_a_failure_with_a_remedy()
    {
        _database.Reader = Reader(["id", "", "id"]);

        Assert.Contains("named 'id'. Give one", (await Tool().FailAsync(Select)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Column_without_a_name_is_named_by_its_place()
    {
        _database.Reader = Reader(["id", ""]);

        Assert.Equal("""[{"id":1,"column2":1}]""", (await Tool().CallAsync(Select))!["rows"]!.ToJsonString());
    }

    [Fact]
    public async Task Statement_without_rows_gives_the_number_of_changed_rows()
    {
        _database.Reader = Reader([]);

        Assert.Equal("""{"rowCount":3,"rows":[],"truncated":false}""", (await Tool(allowWrites: true).CallAsync(Select))!.ToJsonString());
    }

    [Fact]
    public async Task Failure_of_the_database_is_worth_another_attempt_when_it_says_so()
    {
        _database.Fault = _ => new DatabaseDouble.FailureDouble("deadlock", transient: true);
        var passing = (await Tool().FailAsync(Select)).Error;
        _database.Fault = _ => new DatabaseDouble.FailureDouble("no such table: x", transient: false);
        var lasting = (await Tool().FailAsync(Select)).Error;

        Assert.Equal(
            (ErrorKind.Unavailable, true, "The database 'crm' is not available: deadlock."), (passing.Kind, passing.Retryable, passing.Message));
        Assert.Equal(
            (ErrorKind.ToolFailed, false, "The query on 'crm' failed: no such table: x."), (lasting.Kind, lasting.Retryable, lasting.Message));
        Assert.DoesNotContain("commit", _database.Log);
    }

    [Fact]
    public async Task Timeout_of_the_command_is_a_timeout()
    {
        _database.Fault = _ => new TimeoutException("slow");

        Assert.Equal(ErrorKind.Timeout, (await Tool().FailAsync(Select)).Error.Kind);
    }

    [Fact]
    public async Task Command_that_fails_because_it_was_cancelled_is_a_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        _database.Fault = _ =>
        {
            cancel.Cancel();
            return new DatabaseDouble.FailureDouble("aborted", transient: true);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Tool().CallAsync(Select, cancel.Token));
        Assert.Equal("close", _database.Log[^1]);
    }

    [Fact]
    public void Two_connections_of_one_name_are_refused() => Assert.Contains(
        "'crm'", Assert.Throws<ArgumentException>(() => new DatabaseConnections([Connection(), Connection()])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("crm", 0)]
    [InlineData("crm", 301)]
    [InlineData(" ", 30)]
    public void Connection_with_settings_out_of_range_is_refused(string name, int timeout) => Assert.Throws<ValidationException>(
        () => new DatabaseConnections([new DatabaseConnection(name, _database, "") { CommandTimeout = timeout }]));

    /// <summary>One row of ones, or no rows and three changes when there are no columns.</summary>
    private static DbDataReader Reader(string[] columns)
    {
        var reader = new Mock<DbDataReader>();
        var rows = new Queue<bool>(columns.Length > 0 ? [true, false] : [false]);
        reader.Setup(it => it.FieldCount).Returns(columns.Length);
        reader.Setup(it => it.RecordsAffected).Returns(3);
        reader.Setup(it => it.GetName(It.IsAny<int>())).Returns((int column) => columns[column]);
        reader.Setup(it => it.GetValue(It.IsAny<int>())).Returns(1);
        reader.Setup(it => it.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(rows.Dequeue);
        return reader.Object;
    }

    private DatabaseConnection Connection(bool allowWrites = false) => new("crm", _database, "Data Source=x") { AllowWrites = allowWrites };

    private DatabaseQueryTool Tool(bool allowWrites = false) => new(new DatabaseConnections([Connection(allowWrites)]));
}
