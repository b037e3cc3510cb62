using System.Text.Json;
using Orchestrator.Testing;
using YamlDotNet.Serialization;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>The resources that <c>infra/bicep</c> and <c>azure.yaml</c> would create in Azure. They were not deployed there.</summary>
public class TemplateTests
{
    private const string OpenAiUser = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd";

    [BicepFact]
    public async Task Every_template_compiles_without_a_finding()
    {
        using var copy = BicepCompiler.CopyTemplates();

        // Linting compiles: it finds the errors of the compiler, too.
        Assert.Equal((0, ""), await BicepCompiler.RunAsync(copy, [], "lint", "--no-restore", "--pattern", copy.Combine("infra/bicep/**/*.bicep*")));
    }

    [BicepFact]
    public async Task A_finding_of_the_linter_is_an_error()
    {
        using var copy = BicepCompiler.CopyTemplates();
        await File.AppendAllTextAsync(copy.Combine("infra/bicep/modules/identity.bicep"), "\nparam unused string\n");

        var (exitCode, output) = await BicepCompiler.RunAsync(copy, [], "lint", "--no-restore", "modules/identity.bicep");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("Error no-unused-params", output, StringComparison.Ordinal);
    }

    [BicepFact]
    public async Task No_key_opens_anything()
    {
        var resources = await PredictedResources.Full.Value;

        var storage = resources.Properties("Microsoft.Storage/storageAccounts").Single();
        Assert.False(storage.GetProperty("allowSharedKeyAccess").GetBoolean());
        Assert.False(storage.GetProperty("allowBlobPublicAccess").GetBoolean());
        Assert.True(resources.Properties("Microsoft.Insights/components").Single().GetProperty("DisableLocalAuth").GetBoolean());
        Assert.True(resources.Properties("Microsoft.CognitiveServices/accounts").Single().GetProperty("disableLocalAuth").GetBoolean());
        Assert.Equal([false, false], resources.Properties("Microsoft.Web/sites/basicPublishingCredentialsPolicies")
            .Select(policy => policy.GetProperty("allow").GetBoolean()));
        Assert.True(resources.Properties("Microsoft.Web/sites").Single().GetProperty("httpsOnly").GetBoolean());
        Assert.All(resources.All, resource => Assert.DoesNotContain("listKeys", resource.GetRawText(), StringComparison.OrdinalIgnoreCase));
    }

    [BicepFact]
    public async Task The_identity_has_the_roles_that_it_needs_and_no_other()
    {
        string[] always =
        [
            "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor
            "3913510d-42f4-4e42-8a64-420c390055eb", // Monitoring Metrics Publisher
            "974c5e8b-45b9-4653-ba55-5f855dd0fb88", // Storage Queue Data Contributor
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner
        ];
        const string durableTaskDataContributor = "0ad04412-c4d5-4796-b79c-f76d14c8d402";

        Assert.Equal(always, (await PredictedResources.Simulated.Value).Roles().Select(given => given.Role).Order(StringComparer.Ordinal));
        Assert.Equal(
            always.Append(durableTaskDataContributor).Append(OpenAiUser).Order(StringComparer.Ordinal),
            (await PredictedResources.Full.Value).Roles().Select(given => given.Role).Order(StringComparer.Ordinal));
    }

    [BicepFact]
    public async Task An_existing_account_is_not_made_again_and_its_role_is_given_where_it_is()
    {
        var resources = await PredictedResources.Existing.Value;

        Assert.Empty(resources.Of("Microsoft.CognitiveServices/accounts"));
        var (_, assignment) = Assert.Single(resources.Roles(), given => given.Role == OpenAiUser);
        Assert.Contains(PredictedResources.ExistingAccount, assignment, StringComparison.Ordinal);
    }

    [BicepFact]
    public async Task An_existing_account_without_its_id_is_refused_with_the_name_of_the_variable()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => PredictedResources.OfAsync(("ORCHESTRATOR_MODELS", "existing")));

        Assert.Contains("ORCHESTRATOR_OPENAI_ACCOUNT_ID", refused.Message, StringComparison.Ordinal);
    }

    [BicepFact]
    public async Task Azd_finds_the_project_the_template_and_the_app()
    {
        var azd = new DeserializerBuilder().Build()
            .Deserialize<Dictionary<string, object>>(await File.ReadAllTextAsync(RepositoryFolder.Combine("azure.yaml")));
        var infra = (Dictionary<object, object>)azd["infra"];
        var (service, settings) = Assert.Single((Dictionary<object, object>)azd["services"]);

        var app = (await PredictedResources.Full.Value).Of("Microsoft.Web/sites").Single();

        Assert.True(File.Exists(RepositoryFolder.Combine($"{infra["path"]}/{infra["module"]}.bicep")));
        Assert.True(File.Exists(RepositoryFolder.Combine($"{((Dictionary<object, object>)settings)["project"]}/Orchestrator.Functions.csproj")));
        Assert.Equal("function", ((Dictionary<object, object>)settings)["host"]);
        Assert.Equal(service, app.GetProperty("tags").GetProperty("azd-service-name").GetString());
        Assert.Equal("staging", app.GetProperty("tags").GetProperty("azd-env-name").GetString());
    }

    [BicepFact]
    public async Task The_plan_has_the_runtime_of_the_app_and_instances_that_wait_on_request()
    {
        var simulated = (await PredictedResources.Simulated.Value).Properties("Microsoft.Web/sites").Single().GetProperty("functionAppConfig");
        var full = (await PredictedResources.Full.Value).Properties("Microsoft.Web/sites").Single().GetProperty("functionAppConfig")
            .GetProperty("scaleAndConcurrency");

        Assert.Equal(
            $"dotnet-isolated {Environment.Version.ToString(2)}",
            $"{simulated.GetProperty("runtime").GetProperty("name")} {simulated.GetProperty("runtime").GetProperty("version")}");
        Assert.Equal(
            "UserAssignedIdentity",
            simulated.GetProperty("deployment").GetProperty("storage").GetProperty("authentication").GetProperty("type").GetString());
        Assert.Empty(simulated.GetProperty("scaleAndConcurrency").GetProperty("alwaysReady").EnumerateArray());
        Assert.Equal(60, full.GetProperty("maximumInstanceCount").GetInt32());
        Assert.Equal(
            ["http 2", "durable 2"],
            full.GetProperty("alwaysReady").EnumerateArray().Select(group => $"{group.GetProperty("name")} {group.GetProperty("instanceCount")}"));
    }

    [BicepFact]
    public async Task The_hub_of_the_scheduler_is_the_one_of_host_json()
    {
        using var host = JsonDocument.Parse(await File.ReadAllBytesAsync(RepositoryFolder.Combine("host.json")));

        var hub = (await PredictedResources.Full.Value).Of("Microsoft.DurableTask/schedulers/taskHubs").Single();

        Assert.Equal(
            host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("hubName").GetString(),
            hub.GetProperty("name").GetString()!.Split('/')[^1]);
    }
}
