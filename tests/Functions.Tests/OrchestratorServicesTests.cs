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

    private static ServiceProvider Build(params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddOrchestrator(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
}
