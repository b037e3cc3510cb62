using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Functions;

/// <summary>The definition of a function that its code can inspect.</summary>
internal sealed class LocalFunctionDefinition : FunctionDefinition
{
    /// <param name="inputs">Names and binding types of the bound parameters.</param>
    public LocalFunctionDefinition(string name, MethodInfo method, IEnumerable<(string Parameter, string Type)> inputs)
    {
        Name = name;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        PathToAssembly = method.DeclaringType.Assembly.Location;
        Parameters =
        [
            .. method.GetParameters().Select(parameter => parameter.HasDefaultValue
                ? new FunctionParameter(parameter.Name!, parameter.ParameterType, true, parameter.DefaultValue)
                : new FunctionParameter(parameter.Name!, parameter.ParameterType)),
        ];
        InputBindings = inputs.ToImmutableDictionary(
            input => input.Parameter, input => (BindingMetadata)new Binding(input.Parameter, input.Type, BindingDirection.In));
        IsHttp = InputBindings.Values.Any(binding => binding.Type == TriggerTypes.Http);
        OutputBindings = IsHttp
            ? ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new Binding("$return", TriggerTypes.HttpOutput, BindingDirection.Out))
            : ImmutableDictionary<string, BindingMetadata>.Empty;
    }

    public bool IsHttp { get; }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly { get; }

    public override string EntryPoint { get; }

    /// <summary>The name, which is unique in an app.</summary>
    public override string Id => Name;

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;

        public override BindingDirection Direction { get; } = direction;
    }
}

/// <summary>The binding types of Azure Functions.</summary>
internal static class TriggerTypes
{
    public const string Orchestration = "orchestrationTrigger";
    public const string Activity = "activityTrigger";
    public const string Http = "httpTrigger";
    public const string DurableClient = "durableClient";
    public const string HttpOutput = "http";
}
