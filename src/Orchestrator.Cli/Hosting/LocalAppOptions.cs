using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Functions;

namespace Orchestrator.Cli.Hosting;

/// <summary>The app's settings: what the environment says (<c>Orchestrator__RetainDays=30</c>), and the command over it.</summary>
internal static class LocalAppOptions
{
    private static readonly Dictionary<string, string> CommandOptions = new(StringComparer.Ordinal) { ["State"] = "--state", ["Storage"] = "--storage" };

    /// <returns>The settings, and who answers for models, as the end of a sentence.</returns>
    /// <exception cref="UsageException">A setting cannot be used.</exception>
    public static (OrchestratorOptions Options, string Answers) Of(LocalAppSettings settings, IConfiguration configuration)
    {
        var options = Read(configuration);
        options.AllowMocks |= settings.AllowMocks;
        options.Model = settings.Model ?? (string.IsNullOrWhiteSpace(options.Model) ? null : options.Model);
        var provider = ModelProviderOptions.Read(configuration);
        var answers = (options.Model, provider) switch
        {
            ({ } model, _) => $"{model}, as {(settings.Model is null ? SimulatedModelOptions.Setting : "--model")} says",
            (null, { } configured) => configured.Description,
            _ when settings.SimulatesWithoutProvider => $"{SimulatedModelOptions.ModelName}, since no provider is configured",
            _ => "none, since no provider is configured",
        };
        if (settings.SimulatesWithoutProvider && provider is null)
        {
            options.Model ??= SimulatedModelOptions.ModelName;
        }

        return (options, answers);
    }

    private static OrchestratorOptions Read(IConfiguration configuration)
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
