namespace Orchestrator.Workflows.Diagnostics;

/// <summary>The codes of all findings; each is described in docs/diagnostics.md.</summary>
public static class DiagnosticCodes
{
    /// <summary>The text is neither JSON nor YAML, is not UTF-8, or is nested too deeply.</summary>
    public const string InvalidText = "invalid-text";

    /// <summary>The text, its steps, dependencies or aliases exceed a limit; as a warning: further findings are left out.</summary>
    public const string TooLarge = "too-large";

    /// <summary>A name stands twice in one object.</summary>
    public const string DuplicateName = "duplicate-name";

    /// <summary>The format has no such member here.</summary>
    public const string UnknownProperty = "unknown-property";

    /// <summary>The format has this member, but this version does not support it yet.</summary>
    public const string UnsupportedProperty = "unsupported-property";

    /// <summary>A required member is missing.</summary>
    public const string MissingProperty = "missing-property";

    /// <summary>The value has another type than the member needs.</summary>
    public const string WrongType = "wrong-type";

    /// <summary>The type of the value is right, but the value is not allowed.</summary>
    public const string WrongValue = "wrong-value";

    /// <summary>A name has characters that are not allowed in it, or is one that Windows keeps for devices.</summary>
    public const string InvalidId = "invalid-id";

    /// <summary>The name has a meaning already, such as <c>inputs</c>.</summary>
    public const string ReservedName = "reserved-name";

    /// <summary>Two ids, output keys or declared inputs differ in letter case only.</summary>
    public const string DiffersOnlyInCase = "differs-only-in-case";

    /// <summary>The list of steps is empty.</summary>
    public const string NoSteps = "no-steps";

    /// <summary>Two steps have the same id.</summary>
    public const string DuplicateStep = "duplicate-step";

    /// <summary>A dependency, a fallback or <c>finally</c> names no step.</summary>
    public const string UnknownStep = "unknown-step";

    /// <summary>Steps wait for one another.</summary>
    public const string DependencyCycle = "dependency-cycle";

    /// <summary>Two steps that may run at the same time write one output key, or disagree about its <c>merge</c>.</summary>
    public const string DuplicateOutputKey = "duplicate-output-key";

    /// <summary>There is no such output transform.</summary>
    public const string UnknownTransform = "unknown-transform";

    /// <summary>The text is not a path.</summary>
    public const string InvalidPath = "invalid-path";

    /// <summary>A path or a placeholder names nothing.</summary>
    public const string UnknownReference = "unknown-reference";

    /// <summary>A step uses a value of a step that it does not depend on.</summary>
    public const string MissingDependency = "missing-dependency";

    /// <summary>A condition or an <c>expr</c> is not an expression.</summary>
    public const string InvalidExpression = "invalid-expression";

    /// <summary>A fallback is missing, waits for ever, or gives a <c>transformed</c> to a step without a transform.</summary>
    public const string WrongFallback = "wrong-fallback";

    /// <summary>A step of <c>finally</c> cannot run after all others, because one that is not in <c>finally</c> needs it.</summary>
    public const string WrongFinally = "wrong-finally";

    /// <summary>A text with placeholders is not a template.</summary>
    public const string InvalidTemplate = "invalid-template";

    /// <summary>The host has no such tool.</summary>
    public const string UnknownTool = "unknown-tool";

    /// <summary>The literal input of a tool does not fit the tool's schema.</summary>
    public const string WrongToolInput = "wrong-tool-input";

    /// <summary>A step uses a resource that the workflow does not define.</summary>
    public const string UnknownResource = "unknown-resource";

    /// <summary>The limits of a resource are read, but this version does not enforce them.</summary>
    public const string NotEnforced = "not-enforced";

    /// <summary>An input and an output have the same name.</summary>
    public const string ShadowedInput = "shadowed-input";

    /// <summary>A tool that calls something outside has no timeout.</summary>
    public const string NoTimeout = "no-timeout";

    /// <summary><c>dependsOn: auto</c> cannot infer dependencies from a stored prompt.</summary>
    public const string AutoWithoutMapping = "auto-without-mapping";

    /// <summary>A condition names nothing, so it is always the same.</summary>
    public const string ConstantCondition = "constant-condition";

    /// <summary>The model has a shutdown date.</summary>
    public const string ModelShutdown = "model-shutdown";

    /// <summary>There are so many steps that a run replays slowly in Azure.</summary>
    public const string ManySteps = "many-steps";

    /// <summary>Far more steps become ready at once than may run at once.</summary>
    public const string WideFanOut = "wide-fan-out";

    /// <summary>A step takes the output of one that may fail without stopping the run; it is null then.</summary>
    public const string ContinueNeeded = "continue-needed";

    /// <summary>The join of a step can never be met.</summary>
    public const string NeverRuns = "never-runs";

    /// <summary>Two steps that may run at the same time write the same thing outside the workflow, or one reads what the other writes.</summary>
    public const string WriteConflict = "write-conflict";
}
