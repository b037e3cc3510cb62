using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Functions;

/// <summary>The values that parameters can be bound to by name: route and query of a request, the id of an activity's orchestration.</summary>
internal sealed class LocalBindingContext(LocalFunctionContext invocation) : BindingContext
{
    private Dictionary<string, object?>? _data;

    public override IReadOnlyDictionary<string, object?> BindingData => _data ??= Read();

    private Dictionary<string, object?> Read()
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (invocation.FunctionDefinition is LocalFunctionDefinition { IsHttp: true })
        {
            foreach (var (name, values) in invocation.Http.Request.Query)
            {
                data[name] = values.ToString();
            }

            foreach (var (name, value) in invocation.Http.Request.RouteValues)
            {
                data[name] = value;
            }
        }
        else
        {
            data["instanceId"] = invocation.InstanceId;
        }

        return data;
    }
}
