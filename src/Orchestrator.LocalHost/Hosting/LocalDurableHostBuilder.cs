using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>What a host is made of. Not thread safe.</summary>
public sealed partial class LocalDurableHostBuilder
{
    private readonly FunctionRegistry _registry = new();

    internal LocalDurableHostBuilder()
    {
    }

    /// <summary>Where histories are kept; null means in memory. The host closes it when it stops.</summary>
    public IJournal? Journal { get; set; }

    /// <summary>The clock of everything, timers included; null means the system's. Any other clock is wrapped in a <see cref="SteadyClock"/>.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Writes and reads inputs, outputs and payloads; null means the SDK's JSON.</summary>
    public DataConverter? DataConverter { get; set; }

    /// <summary>Null means no logs.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where functions find their services; null means they find none.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>The settings; checked when the host starts.</summary>
    public LocalDurableHostOptions Options { get; } = new();

    /// <summary>Runs pumps somewhere else than on the thread pool: tests count them, or give them a small stack.</summary>
    internal Action<OrchestrationInstance>? PumpScheduler { get; set; }

    /// <summary>Adds an orchestrator as a binder describes it.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator(OrchestratorRegistration orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        _registry.Add(orchestrator);
        return this;
    }

    /// <summary>Adds an activity as a binder describes it.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity(ActivityRegistration activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        _registry.Add(activity);
        return this;
    }

    /// <summary>Adds every orchestrator and activity that is marked <c>[Function]</c> in the assembly.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions cannot be run; it lists all mistakes.</exception>
    /// <exception cref="ArgumentException">A name is taken by a function that was added before.</exception>
    public LocalDurableHostBuilder AddFunctions(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        return AddFunctions(FunctionCatalog.Discover(assembly));
    }

    /// <summary>Adds every orchestrator and activity of the catalog. HTTP functions are served by <see cref="LocalWebHost"/>.</summary>
    /// <exception cref="ArgumentException">A name is taken by a function that was added before.</exception>
    public LocalDurableHostBuilder AddFunctions(FunctionCatalog functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        foreach (var orchestrator in functions.Orchestrators.Values)
        {
            AddOrchestrator(new OrchestratorRegistration(orchestrator.Orchestration, run => orchestrator.RunAsync(run.Context, run.Services)));
        }

        foreach (var activity in functions.Activities.Values)
        {
            AddActivity(new ActivityRegistration(
                activity.Activity, run => activity.RunAsync(run.GetInput(activity.InputType), run.InstanceId, run.Services, run.CancellationToken))
            {
                InputType = activity.InputType,
                UsesServices = activity.UsesServices,
            });
        }

        return this;
    }

    /// <exception cref="ValidationException">Settings are out of range: the message holds all of them.</exception>
    internal EngineParts Build()
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(Options, new ValidationContext(Options), problems, validateAllProperties: true))
        {
            throw new ValidationException($"{nameof(LocalDurableHostOptions)} cannot be used: {string.Join(" ", problems.Select(problem => problem.ErrorMessage))}");
        }

        return new EngineParts(
            _registry,
            Services ?? EmptyServices.Instance,
            Journal ?? new MemoryJournal(),
            TimeProvider as SteadyClock ?? new SteadyClock(TimeProvider ?? TimeProvider.System),
            DataConverter ?? JsonDataConverter.Default,
            LoggerFactory ?? NullLoggerFactory.Instance,
            Options,
            PumpScheduler);
    }

    /// <exception cref="ArgumentException">The class asks for a version.</exception>
    private static string ClassName(Type type, string? given)
    {
        var declared = type.GetCustomAttribute<DurableTaskAttribute>();
        return string.IsNullOrEmpty(declared?.Version)
            ? given ?? declared?.Name.Name ?? type.Name
            : throw new ArgumentException(
                $"{type} is for version '{declared.Version}' only, but one name has one class here, as in a Functions app. Ask the context for its Version instead.",
                nameof(type));
    }

    private static T Create<T>(IServiceProvider services)
        where T : class => ActivatorUtilities.GetServiceOrCreateInstance<T>(services);

    private sealed class EmptyServices : IServiceProvider
    {
        public static readonly EmptyServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
