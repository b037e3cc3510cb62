namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Keeps U+0085, U+2028 and U+2029 from the parser, which ends lines at them as YAML 1.1 did. In YAML 1.2 they are letters like others, and a comment
/// must not end at one. Characters that Unicode has set aside stand in for them.
/// </summary>
internal static class YamlBreaks
{
    public static string Hide(string text) => text.AsSpan().ContainsAny("\u0085\u2028\u2029")
        ? text.Replace('\u0085', '\uFDD0').Replace('\u2028', '\uFDD1').Replace('\u2029', '\uFDD2')
        : text;

    public static string Show(string text) => text.AsSpan().ContainsAnyInRange('\uFDD0', '\uFDD2')
        ? text.Replace('\uFDD0', '\u0085').Replace('\uFDD1', '\u2028').Replace('\uFDD2', '\u2029')
        : text;
}
