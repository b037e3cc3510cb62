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

    [Theory]
    [InlineData("tests_key_1", "Set the environment variable ORCHESTRATOR_SECRET_TESTS_KEY_1.")]
    [InlineData("tests-key-1", "Rename it")]
    [InlineData("schlüssel", "Rename it")]
    [InlineData("1", "Rename it")]
    public async Task Advice_names_a_variable_only_if_that_is_the_one_that_is_read(string name, string advice)
    {
        var secrets = new EnvironmentSecrets();
        var variable = $"ORCHESTRATOR_SECRET_{name.ToUpperInvariant()}";
        Environment.SetEnvironmentVariable(variable, "value");
        try
        {
            Assert.StartsWith(advice, secrets.AdviceFor(name), StringComparison.Ordinal);
            Assert.Equal(
                secrets.AdviceFor(name).Contains(variable, StringComparison.Ordinal), await secrets.FindAsync(name, CancellationToken.None) is not null);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Fact]
    public async Task Empty_variable_is_no_secret()
    {
        Environment.SetEnvironmentVariable(Variable, "");

        Assert.Null(await new EnvironmentSecrets().FindAsync("tests_key_1", CancellationToken.None));
    }
}
