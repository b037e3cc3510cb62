namespace Orchestrator.LocalHost.Functions;

/// <summary>A function with an <c>[ActivityTrigger]</c>.</summary>
public sealed class ActivityFunction : LocalFunction
{
    internal ActivityFunction(FunctionSource source, string activity)
        : base(source)
    {
        Activity = activity;
        InputType = source.Trigger.ParameterType;
    }

    /// <summary>The name that orchestrators call: the trigger's own, else the function's.</summary>
    public string Activity { get; }

    /// <summary>The type of the parameter that gets the input.</summary>
    public Type InputType { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Activity;

    /// <summary>Runs the activity.</summary>
    /// <param name="input">An <see cref="InputType"/>; null gives the parameter's default value.</param>
    /// <param name="instanceId">The orchestration that called; a string parameter of this name gets it.</param>
    /// <param name="services">The invocation's scope: where the function's class gets its services from.</param>
    /// <param name="cancellation">Given to the function; fires when the host stops.</param>
    /// <returns>The function's result; null for none. Its exceptions pass unchanged.</returns>
    public async Task<object?> RunAsync(object? input, string instanceId, IServiceProvider services, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        await using var invocation = new LocalFunctionContext(this, input, services, cancellation) { InstanceId = instanceId };
        return await invocation.InvokeAsync();
    }
}
