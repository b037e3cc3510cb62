using Orchestrator.Activities.Tools.Secrets;

namespace Orchestrator.Activities.Tests.Tools.Secrets;

public sealed class EnvironmentSecretsTests : IDisposable
{
    private const string Variable = "ORCHESTRATOR_SECRET_TESTS_KEY_1";

    public EnvironmentSecretsTests() => Environment.SetEnvironmentVariable(Variable, "value");

    public void Dispose() => Environment.SetEnvironmentVariable(Variable, null);

    [Theory]
    [InlineData("TESTS_KEY_1", "value")]
    [InlineData("tests_key_1", "value")]
    [InlineData("tests_key_2", null)]
    [InlineData("tests-key-1", null)]
    [InlineData("1", null)]
    [InlineData("", null)]
    [InlineData("tests_key_1\n", null)]
    public async Task Find_reads_the_variable_of_that_name(string name, string? expected) =>
        Assert.Equal(expected, await new EnvironmentSecrets().FindAsync(name, CancellationToken.None));

    [Fact]
    public async Task Empty_variable_is_no_secret()
    {
        Environment.SetEnvironmentVariable(Variable, "");

        Assert.Null(await new EnvironmentSecrets().FindAsync("tests_key_1", CancellationToken.None));
    }
}
