using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Functions.Application;

/// <summary>Settings of the app: the section <c>Orchestrator</c> of the configuration. Validated when the host starts.</summary>
public sealed class OrchestratorOptions
{
    /// <summary>The model of steps for which neither run, step, workflow nor prompt names one.</summary>
    /// <value>Default <c>gpt-6-luna</c>.</value>
    [Required(ErrorMessage = "Orchestrator:DefaultModel is empty: name a model, or remove the setting.")]
    public string DefaultModel { get; set; } = Orchestrator.Activities.Models.DefaultModel.Name;

    /// <summary>
    /// The simulated model, with or without options, which answers in place of every model with generated texts; no provider is called then.
    /// </summary>
    /// <value>Default null: the provider answers; without one, a run that calls models is refused.</value>
    public string? Model { get; set; }

    /// <summary>
    /// Maximum time for executing steps to finish when the process stops; then they are aborted. LocalHost only: on Azure the host decides.
    /// </summary>
    /// <value>Zero to one hour; default 30 seconds.</value>
    [Range(
        typeof(TimeSpan), "00:00:00", "01:00:00",
        ErrorMessage = "Orchestrator:StopTimeout is a time from 00:00:00 to 01:00:00; 30 seconds are 00:00:30.")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a start over HTTP may have scripted answers in place of models.</summary>
    /// <value>Default false.</value>
    public bool AllowMocks { get; set; }

    /// <summary>Whether traces contain prompts, answers, and the inputs and results of tools. They never contain secrets.</summary>
    /// <value>Default false.</value>
    public bool TelemetryContent { get; set; }

    /// <summary>
    /// Days to keep a run with its history and its outputs after its end, and an output of <c>cache: true</c> after its creation.
    /// </summary>
    /// <value>1 to 36,500; default null: without limit.</value>
    [Range(1, 36_500, ErrorMessage = "Orchestrator:RetainDays is a number of days from 1 to 36500.")]
    public int? RetainDays { get; set; }
}
