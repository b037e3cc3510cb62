using System.Text.Json;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>The resources that the templates would create in Azure; values that are known only at deployment are expressions.</summary>
internal sealed class PredictedResources(IReadOnlyList<JsonElement> all)
{
    /// <summary>No option but the simulated model.</summary>
    public static readonly Lazy<Task<PredictedResources>> Simulated = new(() => OfAsync(("ORCHESTRATOR_MODELS", "simulated")));

    /// <summary>Every option, and another value than the default for each.</summary>
    public static readonly Lazy<Task<PredictedResources>> Full = new(() => OfAsync(
        ("AZURE_ENV_NAME", "staging"), ("ORCHESTRATOR_MODELS", "create"), ("ORCHESTRATOR_DEFAULT_MODEL", "gpt-6.1-terra"),
        ("ORCHESTRATOR_SCHEDULER", "Dedicated"),
        ("ORCHESTRATOR_RETAIN_DAYS", "30"), ("ORCHESTRATOR_ALLOW_MOCKS", "true"), ("ORCHESTRATOR_ALWAYS_READY_INSTANCES", "2"),
        ("ORCHESTRATOR_MAXIMUM_INSTANCES", "60")));

    public static readonly Lazy<Task<PredictedResources>> Existing = new(
        () => OfAsync(("ORCHESTRATOR_MODELS", "existing"), ("ORCHESTRATOR_OPENAI_ACCOUNT_ID", ExistingAccount)));

    public const string ExistingAccount =
        "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/shared/providers/Microsoft.CognitiveServices/accounts/team";

    public IReadOnlyList<JsonElement> All => all;

    /// <param name="variables">Variables of the azd environment.</param>
    /// <exception cref="InvalidOperationException">The templates refuse them; the message is the compiler's.</exception>
    public static async Task<PredictedResources> OfAsync(params (string Name, string Value)[] variables)
    {
        using var copy = BicepCompiler.CopyTemplates();
        var (exitCode, output) = await BicepCompiler.RunAsync(
            copy, variables, "snapshot", "main.bicepparam", "--subscription-id", "00000000-0000-0000-0000-000000000001", "--location", "eastus2",
            "--deployment-name", "test");
        if (exitCode != 0 || output.Length > 0)
        {
            throw new InvalidOperationException(output);
        }

        await using var stream = File.OpenRead(copy.Combine("infra/bicep/main.snapshot.json"));
        using var snapshot = await JsonDocument.ParseAsync(stream);
        Assert.Empty(snapshot.RootElement.GetProperty("diagnostics").EnumerateArray());
        return new PredictedResources(
            [.. snapshot.RootElement.GetProperty("predictedResources").EnumerateArray().Select(resource => resource.Clone())]);
    }

    public IEnumerable<JsonElement> Of(string type) => all.Where(resource => resource.GetProperty("type").GetString() == type);

    public IEnumerable<JsonElement> Properties(string type) => Of(type).Select(resource => resource.GetProperty("properties"));

    /// <summary>The ids of the assigned roles, with their scopes.</summary>
    public IEnumerable<(string Role, string Assignment)> Roles() => Of("Microsoft.Authorization/roleAssignments").Select(assignment => (
        assignment.GetProperty("properties").GetProperty("roleDefinitionId").GetString()!.Split('/')[^1], assignment.GetProperty("id").GetString()!));
}
