using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
        using var services = Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("Orchestrator:DefaultModel", "some-model"));

        FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly).CheckServices(services);
        Assert.Equal("some-model", services.GetRequiredService<OrchestratorOptions>().DefaultModel);
    }

    [Fact]
    public void Setting_out_of_range_is_refused_at_start() =>
        Assert.Throws<ValidationException>(() => Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), ("Orchestrator:DefaultModel", "")));

    [Theory]
    [InlineData("Orchestrator:RetainDay", "30", "The setting Orchestrator:RetainDay has no meaning. Did you mean 'RetainDays'?")]
    [InlineData("Orchestrator:Colour", "red", "There are DefaultModel, Model, StopTimeout, AllowMocks, RetainDays, Prices, Storage, Container, State.")]
    [InlineData("Orchestrator:retaindays", "many", "Orchestrator:RetainDays is a number of days from 1 to 36500. It is 'many'.")]
    [InlineData("Orchestrator:StopTimeout", "soon", "30 seconds are 00:00:30. It is 'soon'.")]
    [InlineData("Orchestrator:AllowMocks", "yes", "Orchestrator:AllowMocks is true or false. It is 'yes'.")]
    [InlineData("ORCHESTRATOR_RETAINDAYS", "30", "'ORCHESTRATOR_RETAINDAYS' is set, which means nothing here: Orchestrator__RetainDays is probably meant.")]
    [InlineData("Orchestrator_RetainDays", "30", "Orchestrator__RetainDays is probably meant.")]
    [InlineData("Orchestator:RetainDays", "30", "'Orchestator' is set, which means nothing here: Orchestrator is probably meant.")]
    public void Setting_that_is_misspelt_or_of_another_kind_is_refused_and_the_right_one_named(string name, string value, string what) =>
        Assert.Contains(what, Assert.Throws<ValidationException>(() => Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), (name, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Orchestrator:State", "The setting Orchestrator:State is one of the Functions host and has no meaning here: use --state.")]
    [InlineData("ORCHESTRATOR_STATE", "'ORCHESTRATOR_STATE' is set, which means nothing here: use --state, and clear it.")]
    public void Setting_that_a_host_has_an_option_for_is_refused_with_the_option(string name, string what)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)"other")]).Build();

        Assert.Equal(what, Assert.Throws<ValidationException>(() => OrchestratorSettings.Read(configuration, new Dictionary<string, string> { ["State"] = "--state" })).Message);
    }

    [Theory]
    [InlineData("ORCHESTRATOR_KEY", "secret")]
    [InlineData("ORCHESTRATOR_SECRET_CRM", "secret")]
    [InlineData("ORCHESTRATOR_HOME", "/opt")]
    [InlineData("Orchestrator:RetainDays", "")]
    public void Names_that_mean_something_else_are_let_be(string name, string value) =>
        Build(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path), (name, value)).Dispose();

    private static ServiceProvider Build(params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddOrchestrator(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
}
