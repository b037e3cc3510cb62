using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Functions;

/// <summary>Settings of the app: the section <c>Orchestrator</c> of the configuration. Validated when the host starts.</summary>
public sealed class OrchestratorOptions
{
    /// <summary>The model of steps for which neither run, step, workflow nor prompt names one.</summary>
    /// <value>Default <c>gpt-4o-mini</c>.</value>
    [Required]
    public string DefaultModel { get; set; } = "gpt-4o-mini";

    /// <summary>Whether a start may bring scripted answers instead of models.</summary>
    /// <value>Default false: a run over HTTP then calls real models only.</value>
    public bool AllowMocks { get; set; }

    /// <summary>How many days a run is kept after its end, with its history and its outputs, and an output of <c>cache: true</c> after it was made.</summary>
    /// <value>1 to 36,500; default null: for ever.</value>
    [Range(1, 36_500)]
    public int? RetainDays { get; set; }
}
