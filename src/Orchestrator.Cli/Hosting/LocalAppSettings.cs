using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Functions;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Cli.Hosting;

/// <summary>How a command starts the local app. Immutable.</summary>
internal sealed record LocalAppSettings(StateStorage Storage)
{
    private static readonly Dictionary<string, string> CommandOptions = new(StringComparer.Ordinal)
    {
        ["State"] = "--state",
        ["Storage"] = "--storage",
    };

    /// <summary>A folder with prompts for runs that bring none; null, the default, for none.</summary>
    public string? Prompts { get; init; }

    /// <summary>Whether the host's log is printed. False, the default: warnings and errors only, a line each.</summary>
    public bool Verbose { get; init; }

    /// <summary>
    /// Which unfinished runs the app continues when it starts, and while it runs when the process that drove them has ended. A command about one run
    /// must not continue others: they would spend money without the user's knowledge.
    /// </summary>
    /// <value>Null, the default: none. It is given the run's record, or null for an instance that has none.</value>
    public Func<RunRecord?, bool>? Continues { get; init; }

    /// <summary>
    /// The runs that the command is about; empty by default. The journal of a storage account belongs to one process, which knows only the runs that
    /// it continues, so these are continued at the start. In a folder they are continued on request.
    /// </summary>
    public IReadOnlyCollection<string> Runs { get; init; } = [];

    /// <summary>Whether a start over HTTP may bring mocks. False, the default: what the app's setting says.</summary>
    public bool AllowMocks { get; init; }

    /// <summary>The simulated model that answers for every other one; null, the default: what the app's setting says.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Whether the simulated model answers when no provider is configured. False, the default. Only for a command that stays in the foreground and
    /// says so: elsewhere made-up texts would be taken for answers.
    /// </summary>
    public bool SimulatesWithoutProvider { get; init; }

    /// <summary>
    /// Whether the simulated model answers although a provider is configured, since it did when the run of the command was started. False, the
    /// default.
    /// </summary>
    public bool SimulatesAsStarted { get; init; }

    /// <summary>The app's settings: those of the environment (<c>Orchestrator__RetainDays=30</c>), over which the command's go.</summary>
    /// <returns>
    /// The settings, and what answers for models that are not simulated by name, as the end of a sentence; null when no provider is configured and
    /// nothing stands in for one.
    /// </returns>
    /// <exception cref="UsageException">A setting is wrong.</exception>
    public (OrchestratorOptions Options, string? Models) ReadOptions(IConfiguration configuration)
    {
        var options = ReadEnvironment(configuration);
        options.AllowMocks |= AllowMocks;
        options.Model = Model ?? (string.IsNullOrWhiteSpace(options.Model) ? null : options.Model);
        if (options.Model is { } model)
        {
            return (options, $"{model}, as {(Model is null ? ModelServices.SimulationSetting : "--model")} says");
        }

        if (SimulatesAsStarted)
        {
            options.Model = SimulatedModelOptions.ModelName;
            return (options, $"{SimulatedModelOptions.ModelName}, as when the run was started");
        }

        if (ModelProviderOptions.Read(configuration) is { } provider)
        {
            return (options, provider.Description);
        }

        if (!SimulatesWithoutProvider)
        {
            return (options, null);
        }

        options.Model = SimulatedModelOptions.ModelName;
        return (options, $"{SimulatedModelOptions.ModelName}, since no provider is configured");
    }

    private static OrchestratorOptions ReadEnvironment(IConfiguration configuration)
    {
        try
        {
            return OrchestratorSettings.Read(configuration, CommandOptions);
        }
        catch (ValidationException exception)
        {
            throw new UsageException($"{exception.Message} In the environment write __ for each colon.");
        }
    }
}
