using Orchestrator.Workflows.Names;

namespace Orchestrator.Cli.Inputs;

/// <summary>The name of a definition's file as a slug, for definitions without one.</summary>
internal static class FileSlug
{
    public static string Of(string path)
    {
        var letters = Path.GetFileNameWithoutExtension(path).ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        var slug = string.Concat(letters).Trim('-');
        return NameRules.Slug.IsMatch(slug) ? slug : "workflow";
    }
}
