using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Preparation;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Functions;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests;

/// <summary>The app as its entry point on the Functions host makes it, which only compiles against the real SDK.</summary>
public sealed class OrchestratorServicesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Settings_of_the_app_give_every_function_its_services()
    {
        using var services = Build(
            ("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("Orchestrator:DefaultModel", "some-model"));

        FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly).CheckServices(services);
        Assert.Equal("some-model", services.GetRequiredService<OrchestratorOptions>().DefaultModel);
    }

    [Fact]
    public void Setting_out_of_range_is_refused_at_start() => Assert.Equal(
        "Orchestrator:DefaultModel is empty: name a model, or remove the setting.",
        Assert.Throws<ValidationException>(
            () => Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("Orchestrator:DefaultModel", ""))).Message);

    [Theory]
    [InlineData("Orchestrator:RetainDay", "30", "The setting Orchestrator:RetainDay has no meaning. Did you mean 'RetainDays'?")]
    [InlineData(
        "Orchestrator:Colour", "red",
        "There are DefaultModel, Model, StopTimeout, AllowMocks, TelemetryContent, RetainDays, Prices, Storage, Container, State.")]
    [InlineData("Orchestrator:retaindays", "many", "Orchestrator:RetainDays is a number of days from 1 to 36500. It is 'many'.")]
    [InlineData("Orchestrator:StopTimeout", "soon", "30 seconds are 00:00:30. It is 'soon'.")]
    [InlineData("Orchestrator:AllowMocks", "yes", "Orchestrator:AllowMocks is true or false. It is 'yes'.")]
    [InlineData(
        "ORCHESTRATOR_RETAINDAYS", "30", "'ORCHESTRATOR_RETAINDAYS' is set, which means nothing here: Orchestrator__RetainDays is probably meant.")]
    [InlineData("Orchestrator_RetainDays", "30", "Orchestrator__RetainDays is probably meant.")]
    [InlineData("Orchestator:RetainDays", "30", "'Orchestator' is set, which means nothing here: Orchestrator is probably meant.")]
    public void Setting_that_is_misspelt_or_of_another_kind_is_refused_and_the_right_one_named(string name, string value, string what) =>
        Assert.Contains(what, Assert.Throws<ValidationException>(
            () => Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), (name, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Orchestrator:State", "The setting Orchestrator:State is one of the Functions host and has no meaning here: use --state.")]
    [InlineData("ORCHESTRATOR_STATE", "'ORCHESTRATOR_STATE' is set, which means nothing here: use --state, and clear it.")]
    public void Setting_that_a_host_has_an_option_for_is_refused_with_the_option(string name, string what)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)"other")]).Build();

        Assert.Equal(what, Assert.Throws<ValidationException>(
            () => OrchestratorSettings.Read(configuration, new Dictionary<string, string> { ["State"] = "--state" })).Message);
    }

    [Fact]
    public void Host_json_of_the_app_limits_an_activity_to_an_hour()
    {
        using var services = Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path));

        Assert.Equal(TimeSpan.FromHours(1), services.GetRequiredService<ActivityTimeLimit>().Limit);
    }

    [Theory]
    [InlineData("00:10:00", 10)]
    [InlineData("-1", null)]
    public void FunctionTimeout_of_the_environment_overrides_host_json(string value, int? minutes)
    {
        using var services = Build(
            ("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("AzureFunctionsJobHost:functionTimeout", value));

        Assert.Equal(minutes, (int?)services.GetRequiredService<ActivityTimeLimit>().Limit?.TotalMinutes);
    }

    [Theory]
    [InlineData("an hour")]
    [InlineData("00:00:00")]
    [InlineData("-01:00:00")]
    public void FunctionTimeout_that_is_no_time_is_refused_at_start_and_named(string value)
    {
        var refusal = Assert.Throws<ValidationException>(
            () => Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("AzureFunctionsJobHost:functionTimeout", value)));

        Assert.Equal(
            $"functionTimeout is '{value}' in the setting AzureFunctionsJobHost__functionTimeout; it must be a time such as 01:00:00, or -1 " +
            $"for no limit.", refusal.Message);
    }

    [Theory]
    [InlineData("""{ "version": "2.0" }""", null)]
    [InlineData("""{ "version": "2.0", "functionTimeout": "-1" }""", null)]
    [InlineData("""{ "version": "2.0", /* the plan's most */ "functionTimeout": "00:10:00" }""", 10)]
    public void FunctionTimeout_is_read_from_host_json(string content, int? minutes)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "host.json"), content);

        Assert.Equal(minutes, (int?)FunctionTimeout.Read(new ConfigurationBuilder().Build(), _folder.Path).Limit?.TotalMinutes);
    }

    [Fact]
    public void Host_json_that_is_no_JSON_is_refused_and_named()
    {
        var path = Path.Combine(_folder.Path, "host.json");
        File.WriteAllText(path, "{ functionTimeout");

        var refusal = Assert.Throws<ValidationException>(() => FunctionTimeout.Read(new ConfigurationBuilder().Build(), _folder.Path));

        Assert.StartsWith($"{path} cannot be read: ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ORCHESTRATOR_KEY", "secret")]
    [InlineData("ORCHESTRATOR_SECRET_CRM", "secret")]
    [InlineData("ORCHESTRATOR_HOME", "/opt")]
    [InlineData("Orchestrator:RetainDays", "")]
    public void Names_that_mean_something_else_are_let_be(string name, string value) =>
        Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), (name, value)).Dispose();

    private static ServiceProvider Build(params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddOrchestrator(new ConfigurationBuilder().AddInMemoryCollection(
            settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
}
