namespace Orchestrator.Workflows.Transforms;

/// <summary>
/// The items of a Markdown list as an array of texts: the outermost bullets, or the numbered items where those contain the bullets or there are none. Emphasis
/// inside of an item stays. Nothing found: an empty array.
/// </summary>
internal sealed class ExtractMarkdownList() : OutputTransform("extractMarkdownList")
{
    public override TransformResult Apply(string text)
    {
        var lines = TextLines.Of(text).Select(ListLine.Read).OfType<ListLine>().ToList();
        var bullets = ListLine.Outermost([.. lines.Where(line => !line.Numbered)]);
        var numbers = ListLine.Outermost([.. lines.Where(line => line.Numbered)]);
        var numbersContainBullets = numbers.Count > 0 && (bullets.Count == 0 || numbers[0].Indent < bullets.Min(line => line.Indent));
        return TextLines.ToResult((numbersContainBullets ? numbers : bullets).Select(line => line.Text), "No list was found in the output.");
    }
}
