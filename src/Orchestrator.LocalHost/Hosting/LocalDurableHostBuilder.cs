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

/// <summary>Registers the functions of a <see cref="LocalDurableHost"/> and sets what it is built from. Not thread-safe.</summary>
public sealed partial class LocalDurableHostBuilder
{
    private readonly FunctionRegistry _registry = new();

    internal LocalDurableHostBuilder()
    {
    }

    /// <summary>The journal that stores histories; null, the default, keeps them in memory. The host disposes it when it stops.</summary>
    public IJournal? Journal { get; set; }

    /// <summary>
    /// The clock of the host, including its timers; null, the default, uses the system's. A clock that is no <see cref="SteadyClock"/> is wrapped in
    /// one.
    /// </summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Serializes inputs, outputs and event payloads; null, the default, uses the SDK's JSON converter.</summary>
    public DataConverter? DataConverter { get; set; }

    /// <summary>Creates the loggers of the host; null, the default, logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The container from which functions resolve their services; null, the default, provides none.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>The options; validated when the host starts.</summary>
    public LocalDurableHostOptions Options { get; } = new();

    /// <summary>Schedules the pumps of instances; null uses the thread pool. Tests count them, or run them on a small stack.</summary>
    internal Action<OrchestrationInstance>? PumpScheduler { get; set; }

    /// <summary>Adds an orchestrator.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator(OrchestratorRegistration orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        _registry.Add(orchestrator);
        return this;
    }

    /// <summary>Adds an activity.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity(ActivityRegistration activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        _registry.Add(activity);
        return this;
    }

    /// <summary>Adds every orchestrator and activity that is marked <c>[Function]</c> in the assembly.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions are invalid; the message lists all mistakes.</exception>
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
                activity.Activity,
                run => activity.RunAsync(
                    run.SerializedInput is null ? null : run.GetInput(activity.InputType), run.InstanceId, run.Services, run.CancellationToken))
            {
                InputType = activity.InputType,
                UsesServices = activity.UsesServices,
            });
        }

        return this;
    }

    /// <exception cref="ValidationException">Options are out of range; the message lists all of them.</exception>
    internal EngineParts Build()
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(Options, new ValidationContext(Options), problems, validateAllProperties: true))
        {
            throw new ValidationException(
                $"{nameof(LocalDurableHostOptions)} cannot be used: {string.Join(" ", problems.Select(problem => problem.ErrorMessage))}");
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

    /// <exception cref="ArgumentException">The class declares a version.</exception>
    private static string ClassName(Type type, string? given)
    {
        var declared = type.GetCustomAttribute<DurableTaskAttribute>();
        return string.IsNullOrEmpty(declared?.Version)
            ? given ?? declared?.Name.Name ?? type.Name
            : throw new ArgumentException(
                $"{type} declares the version '{declared.Version}', but a name has one class, as in a Functions app. "
                + "Read the context's Version instead.",
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
