using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Tests.Schemas;

/// <summary>A place in a document, as the object or list that has it and the name or position there.</summary>
internal readonly record struct Place(JsonNode Owner, string? Name, int Index)
{
    /// <summary>Every place within <paramref name="root"/>.</summary>
    public static IEnumerable<Place> In(JsonNode? root)
    {
        var places = root switch
        {
            JsonObject members => members.Select(member => new Place(members, member.Key, 0)),
            JsonArray items => items.Select((_, index) => new Place(items, null, index)),
            _ => [],
        };
        foreach (var place in places.ToList())
        {
            yield return place;
            foreach (var deeper in In(place.Value))
            {
                yield return deeper;
            }
        }
    }

    public JsonNode? Value => Name is null ? Owner[Index] : Owner[Name];

    /// <summary>Puts a copy of <paramref name="value"/> here.</summary>
    public void Set(JsonNode? value)
    {
        if (Name is null)
        {
            Owner[Index] = value?.DeepClone();
        }
        else
        {
            Owner[Name] = value?.DeepClone();
        }
    }

    public void Remove()
    {
        if (Name is null)
        {
            Owner.AsArray().RemoveAt(Index);
        }
        else
        {
            Owner.AsObject().Remove(Name);
        }
    }

    /// <summary>
    /// Gives the value that is here another name as well, or a second place in the list, and takes it away from here if it is to move.
    /// </summary>
    public void Copy(string name, bool moves)
    {
        var value = Value?.DeepClone();
        if (moves)
        {
            Remove();
        }

        if (Owner is JsonObject members)
        {
            members[name] = value;
        }
        else
        {
            Owner.AsArray().Add(value);
        }
    }
}
